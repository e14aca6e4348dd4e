from pipelines import scorecards


def model(dbt, session):
    return scorecards.series_limits(dbt.ref("card_months").pl(), {"rate": "rate", "satisfied_share": "share"})
