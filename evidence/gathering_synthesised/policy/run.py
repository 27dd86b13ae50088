"""Play this policy once more: python run.py (needs the package solon)."""

from pathlib import Path

import solon

if __name__ == "__main__":
    print(solon.evaluate('gathering', Path(__file__).with_name('policy.py'), seeds=5, options={'objective': 'welfare'}))
