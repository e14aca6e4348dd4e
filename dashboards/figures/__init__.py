"""Frames to figures, a module for each page. Pure: a chart is tested as a function. At most four series, labelled where they
stand; colour never says alone what a form or a word does not say too.
"""
