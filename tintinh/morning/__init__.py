"""The morning report, part by part: what a night brought, what broke, what the provinces wrote about."""
