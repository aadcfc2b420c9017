"""Apache Superset for one test: metadata in SQLite, nothing cached, nothing limited."""
import os

SECRET_KEY = "a key that only this test uses, and long enough for its tokens"
SQLALCHEMY_DATABASE_URI = "sqlite:///" + os.path.join(os.environ["SUPERSET_HOME"], "superset.db")
CACHE_CONFIG = DATA_CACHE_CONFIG = FILTER_STATE_CACHE_CONFIG = EXPLORE_FORM_DATA_CACHE_CONFIG = {"CACHE_TYPE": "SimpleCache", "CACHE_DEFAULT_TIMEOUT": 60}
RATELIMIT_ENABLED = False
TALISMAN_ENABLED = False
LOG_LEVEL = "WARNING"
