"""What the `vfm` command does: one module a group of verbs, each registered in `vfm.cli`."""
