"""Reports: from a publication to one content, and from it to Word, PDF and a workbook of annexes.

`gathering` reads the publication, `chapters` and `annexes` make the content of it, `word`, `typesetting` and `workbooks`
write it. A writer adds no figure and no sentence of its own, so that the three can never differ.
"""
