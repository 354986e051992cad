"""What Vigie does on this machine: real processes, real HTTP on loopback, real PostgreSQL. See docs/benchmarks.md."""
