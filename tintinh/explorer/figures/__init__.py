"""Figures as geometry: pure functions from answers of the corpus to numbers that a template writes as SVG.

No figure carries a style or a script of its own (the pages forbid both): colours are classes of the style sheet, so
that dark mode and print recolour a figure that was drawn once.
"""
