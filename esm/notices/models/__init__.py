from esm.notices.models.notices import Notice, NoticePreference

__all__ = ["Notice", "NoticePreference"]
