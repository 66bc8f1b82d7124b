"""The media worker: encoded RTP in, encoded RTP out, one UDP port, one operating-system process."""
