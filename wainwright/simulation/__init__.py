"""`wainwright simulate`: lives of a shop, drawn by lot and led through faults and crashes."""
