"""A loopback newspaper: look-alikes of five outlets with invented stories, for the demo and the tests.

``LoopbackNewspaper`` serves them from a thread of this process, ``NewspaperProcess`` from a child process (for a
program whose own process runs Scrapy's reactor); ``expected`` tells what a perfect extractor reads from each page.
"""

from tintinh.loopback.answer import Fault
from tintinh.loopback.process import NewspaperProcess
from tintinh.loopback.server import LoopbackNewspaper
from tintinh.loopback.stories import Expected, StoryError, expected, read_stories

__all__ = ["Expected", "Fault", "LoopbackNewspaper", "NewspaperProcess", "StoryError", "expected", "read_stories"]
