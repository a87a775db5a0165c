"""Work that the server does by itself, object after object: copy, move, delete, measure, search.

`request.py` says what was asked for, `roots.py` what that means, `jobs.py` keeps the operations and how far they are,
`pipeline.py` walks and works at once, `transfer.py` carries one object, `conflict.py` finds a name for it, and
`search.py` compares names.
"""
