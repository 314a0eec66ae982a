"""Which rows carry chains: every concrete model below ChainParent."""

from django.apps import apps

from esm.events.chains import ChainParent


def parent_models() -> dict[str, type[ChainParent]]:
    """Models that carry chains, by the prefix of their chains."""
    return {
        model.CHAIN: model
        for model in apps.get_models()
        if issubclass(model, ChainParent) and model.CHAIN
    }
