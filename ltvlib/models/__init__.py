"""Statistical models of buying, leaving and spending: numpy and scipy only, no files, no SQL, no screen.

Read ``counts`` first, then ``fitting`` and ``forecast``; ``clv`` puts money on it, ``holdout`` examines it,
``scores`` rates a forecast of money.
"""
