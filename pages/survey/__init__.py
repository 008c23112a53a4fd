"""The public side of the survey: a form without JavaScript at ``/s/...``, served beside the dashboard."""
