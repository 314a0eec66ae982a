from esm.notices.models.notices import Digest, Notice
from esm.notices.models.wishes import NoticePreference, NoticeThread, NoticeTimes

__all__ = ["Digest", "Notice", "NoticePreference", "NoticeThread", "NoticeTimes"]
