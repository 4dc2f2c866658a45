import sys

from lrsched.cli import main

sys.exit(main())
