"""`python -m gongd.gongctl` is the command."""

from gongd.gongctl import main

raise SystemExit(main())
