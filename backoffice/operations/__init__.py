"""What people ask of the provider: every act is a row of ours, written before the call."""
