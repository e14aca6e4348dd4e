from pipelines import scorecards


def model(dbt, session):
    return scorecards.funnel(dbt.ref("card_complaints").pl())
