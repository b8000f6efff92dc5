"""vfm: value-for-money self-assessment for councils, from assessment template to ranked services."""

__version__ = "0.1.0"
