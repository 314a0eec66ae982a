from esm.accounts.models.attempts import SignInAttempt
from esm.accounts.models.tokens import ApiToken, ServiceAccount
from esm.accounts.models.users import User

__all__ = ["ApiToken", "ServiceAccount", "SignInAttempt", "User"]
