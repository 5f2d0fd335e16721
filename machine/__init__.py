"""A real machine to prove gongd on: a Debian under qemu. `make test-machine`; what it shows is in docs/machine.md."""
