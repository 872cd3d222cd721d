"""What a packet costs, counted in instructions."""
