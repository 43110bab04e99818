"""The atlas: facts, embeddings, adapters and measured transfers of public datasets, shipped in one folder.

:mod:`.folder` reads and checks it, :mod:`.unpack` gives its artifacts to the workflow, :mod:`.build` makes it from
the results of a run.
"""
