"""More than one process, more than one machine: the heavy stages as Dask graphs over partitions (docs/operations.md).

An archive is cut into partitions (``partition``); each is read (``reading``) and annotated (``annotating``) by the
functions that one machine uses, into a dataset of Parquet files (``dataset``). ``standing`` says which article stands
at an address and whose copy it is, ``asking`` counts, ``merge`` takes a dataset into a corpus. ``running`` alone
knows Dask: all else are functions that one process can call.

A night can be parted, too: an outlet each (``nights``), crawled (``crawling``) into a part (``part``), and taken into
corpus and archive (``taking``).
"""
