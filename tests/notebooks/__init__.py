"""Every notebook of the course, run by nbval against stored text outputs."""
