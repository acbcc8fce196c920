"""All configuration, read from the environment (and from `.env` beside `manage.py` when it is there).

A room for each part; Django sees all of them as one.
"""

from backoffice.settings.environment import *
from backoffice.settings.application import *
from backoffice.settings.storage import *
from backoffice.settings.provider import *
from backoffice.settings.webhooks import *
from backoffice.settings.work import *
from backoffice.settings.schedule import *
from backoffice.settings.people import *
from backoffice.settings.protection import *
from backoffice.settings.logs import *
from backoffice.settings.alerts import *
from backoffice.settings.limits import check_limits as _check_limits

_check_limits(globals())
