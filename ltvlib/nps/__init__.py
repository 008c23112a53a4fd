"""Net promoter score: the two questions, who answered, what the score is worth, and who has to be called back.

The method asks twice: "How likely are you to recommend us?" and, below the top of the scale, "What should we improve?".
"""

from ltvlib.nps.score import Nps, Scale, nps

__all__ = ["Nps", "Scale", "nps"]
