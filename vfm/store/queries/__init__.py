"""Every SELECT, named by the question it answers; one module a noun."""
