from cloudaudit.outputs.output import Options, Output

__all__ = ["Options", "Output"]
