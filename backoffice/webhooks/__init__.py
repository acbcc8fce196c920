"""What the provider tells us of: the inbox of events, and the subscriptions to them."""
