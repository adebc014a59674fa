"""What holds for every test."""

from hypothesis import settings

# No test is a race: how long an example takes says something about the machine, not about us.
settings.register_profile("house", deadline=None)
settings.load_profile("house")
