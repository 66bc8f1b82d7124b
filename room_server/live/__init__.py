"""Where the product meets the live room: a session is a room, a service decides what a command may do."""
