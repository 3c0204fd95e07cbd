"""Per-token int8: error bounds that follow from the rule, and rows that never see each other."""

from typing import Any

import numpy as np
import pytest

onnx = pytest.importorskip("onnx")
onnxruntime = pytest.importorskip("onnxruntime")

from onnx import TensorProto, helper, numpy_helper  # noqa: E402

from qualmetrics.errors import ExportError  # noqa: E402
from qualmetrics.onnx.quantise import columns_to_int8, quantise, rows_to_int8  # noqa: E402

RNG = np.random.default_rng(7)
WEIGHTS = RNG.normal(size=(64, 48)).astype(np.float32)
ROWS = (RNG.normal(size=(5, 9, 64)) * RNG.lognormal(size=(5, 9, 1))).astype(np.float32)


def model(
    nodes: list, weights: dict, outputs: list[str], *, opset: int = 17, ranks: tuple = (3, 3)
) -> Any:
    axes = [[f"{side}{i}" for i in range(rank)] for side, rank in zip("xy", ranks, strict=True)]
    made = helper.make_graph(
        nodes,
        "g",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, axes[0])],
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, axes[1]) for name in outputs],
        [numpy_helper.from_array(value, name) for name, value in weights.items()],
    )
    return helper.make_model(made, opset_imports=[helper.make_opsetid("", opset)], ir_version=8)


def product(opset: int = 17) -> Any:
    nodes = [helper.make_node("MatMul", ["x", "w"], ["y"])]
    return model(nodes, {"w": WEIGHTS}, ["y"], opset=opset)


def run(made: Any, x: Any, output: str = "y") -> Any:
    session = onnxruntime.InferenceSession(
        made.SerializeToString(), providers=["CPUExecutionProvider"]
    )
    return session.run([output], {"x": x})[0]


def kinds(made: Any) -> list[str]:
    return [node.op_type for node in made.graph.node]


@pytest.mark.parametrize("opset", [13, 17, 18, 21])
def test_a_product_is_off_by_no_more_than_half_a_step_of_each_factor(opset: int) -> None:
    """|error| <= sum |x| * step(w)/2 + sum |w| * step(x)/2 + their product, for each entry."""
    step_x = (ROWS.max(axis=-1) - ROWS.min(axis=-1))[..., None] / 255
    _, step_w = columns_to_int8(WEIGHTS)
    bound = np.abs(ROWS).sum(axis=-1, keepdims=True) * step_w / 2
    bound = bound + np.abs(WEIGHTS).sum(axis=0) * step_x / 2 + 64 * step_x * step_w / 4
    error = np.abs(run(quantise(product(opset)), ROWS) - ROWS @ WEIGHTS)
    assert (error <= bound + 1e-4).all()


def test_a_row_is_the_same_in_any_company() -> None:
    made = quantise(product())
    together = run(made, ROWS)
    alone = np.stack([run(made, ROWS[i : i + 1])[0] for i in range(len(ROWS))])
    beside = run(made, np.concatenate([ROWS, ROWS * 1000]))[: len(ROWS)]
    np.testing.assert_array_equal(together, alone)
    np.testing.assert_array_equal(together, beside)


def test_the_default_quantisation_of_onnx_runtime_fails_the_same_test() -> None:
    """The reason for this module, and the proof that the test above can fail."""
    nodes = [
        helper.make_node("DynamicQuantizeLinear", ["x"], ["q", "s", "z"]),
        helper.make_node("MatMulInteger", ["q", "wq", "z"], ["i"]),
        helper.make_node("Cast", ["i"], ["f"], to=1),
        helper.make_node("Mul", ["f", "s"], ["y"]),
    ]
    made = model(nodes, {"wq": columns_to_int8(WEIGHTS)[0]}, ["y"])
    beside = run(made, np.concatenate([ROWS, ROWS * 1000]))[: len(ROWS)]
    assert np.abs(beside - run(made, ROWS)).max() > 1


def test_rows_of_equal_numbers_are_no_division_by_zero() -> None:
    x = np.array([[[0.0] * 64, [3.0] * 64]], dtype=np.float32)
    np.testing.assert_allclose(run(quantise(product()), x), x @ WEIGHTS, atol=3 * 64 * 0.03)


def test_products_of_the_same_tensor_share_its_quantised_form() -> None:
    nodes = [helper.make_node("MatMul", ["x", f"w{i}"], [f"y{i}"]) for i in range(3)]
    made = quantise(model(nodes, {f"w{i}": WEIGHTS for i in range(3)}, ["y0", "y1", "y2"]))
    assert (kinds(made).count("QuantizeLinear"), kinds(made).count("MatMulInteger")) == (1, 3)


@pytest.mark.parametrize("transposed", [0, 1])
def test_a_linear_layer_with_bias_is_quantised(transposed: int) -> None:
    bias = RNG.normal(size=48).astype(np.float32)
    weights = np.ascontiguousarray(WEIGHTS.T) if transposed else WEIGHTS
    node = helper.make_node("Gemm", ["x", "w", "b"], ["y"], transB=transposed)
    made = quantise(model([node], {"w": weights, "b": bias}, ["y"], ranks=(2, 2)))
    assert "MatMulInteger" in kinds(made)
    expected = ROWS[0] @ WEIGHTS + bias
    np.testing.assert_allclose(run(made, ROWS[0]), expected, atol=0.05 * np.abs(expected).max())


def test_a_table_is_stored_in_bytes_with_a_scale_per_row() -> None:
    table = RNG.normal(size=(2_000, 64)).astype(np.float32)
    nodes = [
        helper.make_node("Cast", ["x"], ["i"], to=7),
        helper.make_node("Gather", ["t", "i"], ["y"]),
    ]
    made = quantise(model(nodes, {"t": table}, ["y"], ranks=(1, 2)))
    found = run(made, np.arange(2_000, dtype=np.float32))
    half_a_step = np.abs(table).max(axis=1, keepdims=True) / 254
    assert (np.abs(found - table) <= half_a_step * 1.001).all()
    assert {w.data_type for w in made.graph.initializer} == {TensorProto.INT8, TensorProto.FLOAT}
    assert len(made.SerializeToString()) < table.nbytes / 3.5


def test_weights_that_nothing_reads_any_more_are_left_out() -> None:
    assert "w" not in {item.name for item in quantise(product()).graph.initializer}


def test_the_model_that_was_given_stays_as_it_is() -> None:
    given = product()
    before = given.SerializeToString()
    quantise(given)
    assert given.SerializeToString() == before


def test_a_graph_without_constant_matrices_is_refused() -> None:
    with pytest.raises(ExportError, match="no constant matrix"):
        quantise(model([helper.make_node("Relu", ["x"], ["y"])], {}, ["y"]))


def test_an_old_opset_is_refused() -> None:
    with pytest.raises(ExportError, match="opset 11"):
        quantise(product(11))


@pytest.mark.parametrize("seed", range(5))
def test_pairs_of_neighbours_fit_the_16_bit_sums_of_older_cpus(seed: int) -> None:
    weights = np.random.default_rng(seed).standard_t(2, size=(127, 30)).astype(np.float32)
    integers = columns_to_int8(weights)[0].astype(int)
    for a, b in zip(integers[0::2], integers[1::2], strict=False):
        assert np.abs(255 * np.maximum(a, 0) + 255 * np.maximum(b, 0)).max() <= 32767
        assert np.abs(255 * np.minimum(a, 0) + 255 * np.minimum(b, 0)).max() <= 32768


def test_a_column_by_hand() -> None:
    """Most of a number is 4, most of a pair of one sign 4 + 2 = 6: a step of 6/127."""
    integers, scales = columns_to_int8(np.array([[4.0], [2.0], [-3.0], [1.0]], dtype=np.float32))
    assert scales.tolist() == [pytest.approx(6 / 127)]
    assert integers.ravel().tolist() == [85, 42, -64, 21]


def test_a_table_row_by_hand() -> None:
    integers, scales = rows_to_int8(np.array([[1.0, -2.0], [0.0, 0.0]], dtype=np.float32))
    assert integers.tolist() == [[64, -127], [0, 0]]
    assert scales[0, 0] == pytest.approx(2 / 127)
