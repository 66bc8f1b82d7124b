"""The mediation product: cases, sessions, consent, agreements, records, and the service that carries them."""
