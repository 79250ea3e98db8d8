"""The web explorer: the corpus on one's own machine, in a browser (``tintinh serve``)."""
