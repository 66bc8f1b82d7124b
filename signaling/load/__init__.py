"""A generator of media load: packet-level people who send and receive real SRTP without any codec."""
