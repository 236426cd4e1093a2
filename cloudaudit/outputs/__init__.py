from cloudaudit.outputs.output import Options, Output, breaking

__all__ = ["Options", "Output", "breaking"]
