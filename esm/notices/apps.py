from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class NoticesConfig(AppConfig):
    name = "esm.notices"
    label = "notices"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # Django must have loaded the models before anything that uses them is imported.
        from esm.common import live, nav
        from esm.events.registry import register_sender
        from esm.notices.consumers import bundle, send_mail
        from esm.notices.selectors.inbox import pulse, unread
        from esm.notices.services.notify import BUNDLE, MAIL

        nav.register(
            nav.NavEntry(
                "inbox",
                "work",
                _("Notices"),
                "/inbox/",
                "bell",
                order=90,
                count=lambda request: unread(request.user),
                count_label=_("new"),
            )
        )
        live.register("inbox", pulse)
        register_sender(MAIL, send_mail, queue="mail")
        register_sender(BUNDLE, bundle, queue="outbox")
