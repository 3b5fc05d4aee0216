"""What hot paths cost, as ratios against the bare libraries doing the least for the same thing."""
