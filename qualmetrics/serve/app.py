"""The application: routes of every protocol over one queue. Made anew for each server."""

# Annotations here are evaluated, not postponed: FastAPI reads those of the endpoints.
from collections.abc import Callable
from contextlib import asynccontextmanager
from typing import Any

from qualmetrics.errors import MissingExtraError
from qualmetrics.serve import kserve, native, openrlhf, page, tei
from qualmetrics.serve.batching import Batcher
from qualmetrics.serve.catalogue import Catalogue
from qualmetrics.serve.described import extra
from qualmetrics.serve.guard import Guard
from qualmetrics.serve.refused import Refused
from qualmetrics.serve.service import Service, refusal
from qualmetrics.serve.settings import Settings
from qualmetrics.serve.worker import Worker, WorkerFailed

ROUTES: tuple[tuple[str, str, Callable[..., Any]], ...] = (
    ("POST", "/v1/score", native.score),
    ("POST", "/v1/analyse", page.analyse),
    ("POST", "/get_reward", openrlhf.get_reward),
    ("POST", "/predict", tei.predict),
    ("POST", "/rerank", tei.rerank),
    ("POST", "/similarity", tei.similarity),
    ("GET", "/v2", kserve.server),
    ("GET", "/v2/health/live", kserve.live),
    ("GET", "/v2/health/ready", kserve.ready),
    ("GET", "/v2/models/{name}", kserve.model),
    ("GET", "/v2/models/{name}/ready", kserve.model_ready),
    ("POST", "/v2/models/{name}/infer", kserve.infer),
    ("GET", "/v2/models/{name}/versions/{version}", kserve.model),
    ("GET", "/v2/models/{name}/versions/{version}/ready", kserve.model_ready),
    ("POST", "/v2/models/{name}/versions/{version}/infer", kserve.infer),
    ("GET", "/health", native.health),
    ("GET", "/ready", native.ready),
    ("GET", "/info", native.info),
    ("GET", "/metrics", native.metrics),
    ("GET", "/", page.page),
    ("GET", "/page/{file}", page.asset),
)


def create_app(catalogue: Catalogue, settings: Settings | None = None) -> Any:
    """Return the ASGI application that serves a catalogue.

    Parameters
    ----------
    catalogue : Catalogue
        What is served. It is loaded here once for its specifications, and in each worker.
    settings : Settings, optional

    Raises
    ------
    MissingExtraError
        Without the extra ``serve``.
    QualmetricsError
        When the catalogue cannot be loaded, or the reward of the settings is not in it.
    """
    try:
        from fastapi import FastAPI, Request, Response
    except ImportError:
        raise MissingExtraError("fastapi", "serve", "the server") from None
    from starlette.exceptions import HTTPException

    from qualmetrics import __version__

    settings = settings or Settings()
    scorers = catalogue.load()
    batcher = Batcher([Worker(catalogue) for _ in range(settings.workers)], scorers, settings)
    lang, config = catalogue.lang or "en", catalogue.reward()
    service = Service(scorers, settings, batcher, lang=lang, config=config)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> Any:
        try:
            await batcher.start()
        except WorkerFailed as error:
            app.state.failed = str(error)
            await batcher.stop(0)
            raise
        yield
        await batcher.stop()

    # The documentation pages of FastAPI load scripts from elsewhere; /openapi.json says the same.
    app = FastAPI(
        title="qualmetrics",
        version=__version__,
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
    )

    def endpoint(handler: Callable[..., Any]) -> Callable[..., Any]:
        async def answer(request: Request) -> Response:
            response: Response = await handler(service, request)
            return response

        answer.__doc__ = handler.__doc__
        answer.__name__ = handler.__name__
        return answer

    for method, path, handler in ROUTES:
        said = {"summary": handler.__doc__, "openapi_extra": extra(path)}
        app.add_api_route(path, endpoint(handler), methods=[method], **said)

    async def not_routed(request: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else 500
        said = "no such path" if status == 404 else "this path takes another method"
        response: Response = refusal(Refused(status, said))
        return response

    app.add_exception_handler(HTTPException, not_routed)
    paths = frozenset(path for _, path, _ in ROUTES)
    app.add_middleware(Guard, service=service, paths=paths)
    app.state.service, app.state.failed = service, None
    return app
