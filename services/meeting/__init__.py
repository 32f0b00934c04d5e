"""The joint meeting (联席会议): owns meetings, their resolutions, and the numbers of minutes and resolutions."""
