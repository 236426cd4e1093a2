from cloudaudit.outputs.output import Options, Output, breaking, under_review

__all__ = ["Options", "Output", "breaking", "under_review"]
