from pipelines import scorecards


def model(dbt, session):
    return scorecards.domains(dbt.ref("card_scores").pl())
