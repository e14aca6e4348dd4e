from pipelines import scorecards


def model(dbt, session):
    return scorecards.measures(dbt.ref("card_counts").pl())
