"""Texts of pages through gettext: Chinese is the source, and the only language so far."""

from __future__ import annotations

from gettext import NullTranslations

TRANSLATIONS = NullTranslations()

_ = TRANSLATIONS.gettext
