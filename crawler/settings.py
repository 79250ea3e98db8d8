"""Scrapy settings of every crawl. Each can be set anew on the command line with ``-s``, as in any Scrapy project.

A source can be slower than this and never faster: see ``NewsSpider.update_settings``.
"""

from __future__ import annotations

import os
from importlib.metadata import PackageNotFoundError, version

try:
    VERSION = version("tintinh")
except PackageNotFoundError:  # run from a checkout that was not installed
    VERSION = "checkout"

BOT_NAME = "tintinh"
SPIDER_LOADER_CLASS = "crawler.spiders.loader.SourceSpiderLoader"
# Ours: a folder of TOML sources in place of crawler/sources.
SOURCES_DIR = ""

# Who we are. Ours: an address at which an outlet can reach whoever runs the crawl; without one, only hosts that
# CONNECT_TO maps to this machine are crawled. The spider puts both into the user agent.
TINTINH_CONTACT = os.environ.get("TINTINH_CONTACT", "")
USER_AGENT = f"tintinh/{VERSION}"
ROBOTSTXT_OBEY = True
ROBOTSTXT_USER_AGENT = "tintinh"

# One request at a time and a second between two, for each host. Jitter would shorten every other pause below that.
CONCURRENT_REQUESTS_PER_DOMAIN = 1
# What waits in the downloader has left the order of priorities: no more than it needs to be kept busy.
CONCURRENT_REQUESTS = 2
DOWNLOAD_DELAY = 1.0
DOWNLOAD_DELAY_JITTER = 0.0
AUTOTHROTTLE_ENABLED = True
AUTOTHROTTLE_START_DELAY = 1.0
AUTOTHROTTLE_TARGET_CONCURRENCY = 1.0

# The longest saved page is 254 kB; 16 MiB leaves room for the oddest, and stops films.
DOWNLOAD_MAXSIZE = 16 * 1024 * 1024
DOWNLOAD_WARNSIZE = 8 * 1024 * 1024
DOWNLOAD_TIMEOUT = 30
# Ours: feeds and listings are pages of links; what is larger is none. Sitemaps may be as large as DOWNLOAD_MAXSIZE.
LISTING_MAXSIZE = 4 * 1024 * 1024
RETRY_TIMES = 2
# 429 asks for a pause, not for more: crawler/patience.py.
RETRY_HTTP_CODES = [500, 502, 503, 504, 522, 524, 408]
# Ours: an address that failed is tried again after so long, twice as long each time, and given up in the end.
RETRY_AFTER_MINUTES = 30
RETRY_AT_MOST_HOURS = 24
RETRY_ATTEMPTS = 5
RETRY_DAYS = 7
# Ours: a young article is looked at again so long after it was first fetched.
REVISIT_AFTER_HOURS = [6, 24, 72]
# Ours: after so many refused addresses in a row (403, 429, 5xx, no answer) a host is left alone for so long.
HOST_REFUSALS = 5
HOST_PAUSE_HOURS = 6
# Ours: pages of one listing that a walk into the past reads at most, over all its nights.
BACKFILL_PAGES = 2000
RETRY_GIVE_UP_LOG_LEVEL = "WARNING"
REDIRECT_MAX_TIMES = 5
# Papers reload their own pages by meta refresh every few minutes; it never leads to another article.
METAREFRESH_ENABLED = False
# The spider itself gives every answer and every failure a name, so nothing is filtered on the way to it.
HTTPERROR_ALLOW_ALL = True
COOKIES_ENABLED = False
TELNETCONSOLE_ENABLED = False
REMOTE_CONTROL_ENABLED = False
# It reads the source of a callback at every page; ours are held by mypy.
WARN_ON_GENERATOR_RETURN_VALUE = False
DEFAULT_REQUEST_HEADERS = {
    "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "Accept-Language": "vi,en;q=0.5",
    # What is asked for here is archived as it comes; every WARC tool can undo these two.
    "Accept-Encoding": "gzip, deflate",
}
# First in, first out: with Scrapy's default the newest article would be fetched last.
SCHEDULER_MEMORY_QUEUE = "scrapy.squeues.FifoMemoryQueue"
SCHEDULER_DISK_QUEUE = "scrapy.squeues.PickleFifoDiskQueue"

DOWNLOAD_HANDLERS = {
    "http": "crawler.connect.ConnectToHandler",
    "https": "crawler.connect.ConnectToHandler",
    "ftp": None,
    "file": None,
    "data": None,
    "s3": None,
}
# What is kept must be the outlet's; one with a broken certificate says so in its source file.
DOWNLOAD_VERIFY_CERTIFICATES = True
# Ours: names that lead to addresses which are not public are no names; see crawler/connect.py.
TWISTED_DNS_RESOLVER = "crawler.connect.PublicResolver"
# Ours: host -> address to connect to instead, as curl's --connect-to; see crawler/connect.py.
CONNECT_TO: dict[str, str] = {}

DOWNLOADER_MIDDLEWARES = {
    "crawler.middlewares.OnSiteMiddleware": 50,
    "scrapy.downloadermiddlewares.offsite.OffsiteMiddleware": None,  # drops a redirect without a word
    "crawler.middlewares.RobotsMiddleware": 100,
    "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,
    "crawler.patience.PatienceMiddleware": 560,  # below Retry (550), so that it sees every answer
    "crawler.middlewares.LoopMiddleware": 600,
    "scrapy.downloadermiddlewares.redirect.RedirectMiddleware": None,
    "crawler.middlewares.WireMiddleware": 595,  # between HttpCompression (590) and the downloader
}
ITEM_PIPELINES = {
    "crawler.pipelines.ArchivePipeline": 100,
    "crawler.pipelines.IngestPipeline": 200,
}
# Ours: where pages and what is read from them go.
ARCHIVE_DIR = "data/archive"
CORPUS_PATH = "data/var/corpus.sqlite"
# Ours: of a crawl whose results are taken into another corpus later (crawler/journal.py): where it writes them, and
# the lowest number of its archive files.
JOURNAL_PATH = ""
ARCHIVE_FIRST = 1

FEED_EXPORT_ENCODING = "utf-8"
DEFAULT_DROPITEM_LOG_LEVEL = "DEBUG"
LOG_FORMATTER = "crawler.logformat.AddressLogFormatter"
LOG_LEVEL = "INFO"
