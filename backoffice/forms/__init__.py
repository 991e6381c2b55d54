"""Forms of the back office: they check shape; the domain checks sense."""
