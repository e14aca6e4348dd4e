"""Audit samples: drawn so that anybody can draw them again, written as a worksheet, read back and projected.

Numbers (`sizes`, `estimates`) and draws (`ordering`, `draws`) are pure; populations and worksheets are the thin edges.
"""
