"""What holds for every test."""

from hypothesis import settings

# No test is a race: how long an example takes says something about the machine, not about us. The same examples
# everywhere: a failure on one machine fails on every other.
settings.register_profile("house", deadline=None, derandomize=True)
settings.load_profile("house")
