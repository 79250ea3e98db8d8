"""From a site to a source: find its listings, addresses and selectors by reading a few of its pages.

A *plan* says which addresses it wants next and is given what they answered; who asks (Scrapy, or a folder of saved
pages) is not its business. ``survey`` is the plan for a site nobody has declared, ``inspection`` that for one that is.
"""

from crawler.propose.answers import MAX_PAGES, ProposalError, SavedSite, ask_saved
from crawler.propose.checking import Inspection, inspection
from crawler.propose.proposal import Proposal, propose
from crawler.propose.survey import Survey, survey

__all__ = [
    "MAX_PAGES",
    "Inspection",
    "Proposal",
    "ProposalError",
    "SavedSite",
    "Survey",
    "ask_saved",
    "inspection",
    "propose",
    "survey",
]
