"""What can fool a scorer, what it really measures, and which one to trust. See docs/audit.md.

``audit(scorer, read_material("pairs.jsonl"))`` runs every check that the material allows. Needs
the extra ``evaluation``; the page as HTML needs ``report``.
"""

from qualmetrics.audit.check import Check, Settings
from qualmetrics.audit.finding import Audit, Comparison, Finding, read_audits
from qualmetrics.audit.material import Material, read_material
from qualmetrics.audit.run import audit, checks, compare
from qualmetrics.audit.subject import Scored, Subject, subject_of

__all__ = [
    "Audit",
    "Check",
    "Comparison",
    "Finding",
    "Material",
    "Scored",
    "Settings",
    "Subject",
    "audit",
    "checks",
    "compare",
    "read_audits",
    "read_material",
    "subject_of",
]
