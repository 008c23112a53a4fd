"""What stands between the network and the dashboard: headers, room for so many people, tabs that were closed."""
