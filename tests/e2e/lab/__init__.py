"""What the end-to-end tests are made of: hosts, processes, SIP programs, RTP parties, captures;
see ../README.md."""
