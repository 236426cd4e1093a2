from cloudaudit.outputs.gate import Gate
from cloudaudit.outputs.output import Options, Output, under_review

__all__ = ["Gate", "Options", "Output", "under_review"]
